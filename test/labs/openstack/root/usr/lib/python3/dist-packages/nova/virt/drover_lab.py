"""nova's own fake hypervisor, and what it lacks: a serial line, counters that count, guests that outlive nova-compute."""

import io
import time

import eventlet
from nova import context as nova_context
from nova import exception
from nova import objects
from nova.compute import power_state
from nova.console import type as ctype
from nova.image import glance
from nova.virt import fake

from drover_lab.serial_line import SerialLine, boot_log

# What a server's metadata `lab` may order.
SLOW_STOP = "slow-stop"
NO_START = "no-start"
# What a server's metadata `lab-display` says: where the VNC server of its guest listens, as HOST:PORT.
DISPLAY = "lab-display"
SLOW_STOP_SECONDS = 8


class LabDriver(fake.FakeDriver):
    vcpus = 32
    memory_mb = 65536
    local_gb = 2000
    capabilities = dict(fake.FakeDriver.capabilities, supports_migrate_to_same_host=True)

    def __init__(self, virtapi, read_only=False):
        super().__init__(virtapi, read_only)
        self._lines = {}

    def init_host(self, host):
        """The guests ran on while nova-compute was away: the database knows in what state."""
        super().init_host(host)
        admin = nova_context.get_admin_context()
        for instance in objects.InstanceList.get_by_host(admin, host):
            if instance.node:
                self.instances[instance.uuid] = fake.FakeInstance(instance.name, instance.power_state, instance.uuid)

    def _turn(self, instance, state):
        if instance.uuid not in self.instances:
            raise exception.InstanceNotFound(instance_id=instance.uuid)
        self.instances[instance.uuid].state = state

    def power_off(self, instance, timeout=0, retry_interval=0):
        if instance.metadata.get("lab") == SLOW_STOP:
            eventlet.sleep(SLOW_STOP_SECONDS)
        super().power_off(instance, timeout, retry_interval)

    def power_on(self, context, instance, network_info, block_device_info=None, accel_info=None):
        if instance.metadata.get("lab") == NO_START:
            raise exception.InstancePowerOnFailure(reason="the guest's disk is not to be found")
        super().power_on(context, instance, network_info, block_device_info, accel_info)

    def pause(self, instance):
        self._turn(instance, power_state.PAUSED)

    def unpause(self, instance):
        self._turn(instance, power_state.RUNNING)

    def suspend(self, context, instance):
        self._turn(instance, power_state.SUSPENDED)

    def resume(self, context, instance, network_info, block_device_info=None):
        self._turn(instance, power_state.RUNNING)

    def snapshot(self, context, instance, image_id, update_task_state):
        super().snapshot(context, instance, image_id, update_task_state)
        said = {"disk_format": "raw", "container_format": "bare", "status": "active"}
        glance.API().update(context, image_id, said, io.BytesIO(bytes(64 * 1024)), purge_props=False)

    def post_live_migration(self, context, instance, block_device_info, migrate_data=None):
        """The guest is elsewhere now; nova's fake keeps it here too."""
        self.destroy(context, instance, network_info=None, block_device_info=block_device_info)

    def destroy(self, context, instance, *args, **kwargs):
        line = self._lines.pop(instance.uuid, None)
        if line:
            line.close()
        super().destroy(context, instance, *args, **kwargs)

    def get_serial_console(self, context, instance):
        if instance.uuid not in self._lines:
            self._lines[instance.uuid] = SerialLine(
                instance.hostname, lambda: self._turn(instance, power_state.SHUTDOWN)
            )
        return ctype.ConsoleSerial(host="127.0.0.1", port=self._lines[instance.uuid].port)

    def get_vnc_console(self, context, instance):
        host, _, port = instance.metadata.get(DISPLAY, "").rpartition(":")
        if not port:
            raise exception.ConsoleTypeUnavailable(console_type="vnc")
        return ctype.ConsoleVNC(host=host, port=int(port))

    def get_console_output(self, context, instance):
        return boot_log(instance.hostname)

    def get_instance_diagnostics(self, instance):
        """Since its launch it has used a quarter of each vCPU, read 1 MB/s, written 2 MB/s, received 3 kB/s, sent 4 kB/s."""
        said = super().get_instance_diagnostics(instance)
        seconds = int(time.time() - instance.launched_at.timestamp())
        said.uptime = seconds
        said.state = power_state.STATE_MAP[self.instances[instance.uuid].state]
        said.cpu_details, said.num_cpus = [], 0
        for vcpu in range(instance.flavor.vcpus):
            said.add_cpu(id=vcpu, time=seconds * 250_000_000, utilisation=25)
        disk, nic = said.disk_details[0], said.nic_details[0]
        disk.read_bytes, disk.write_bytes = seconds * 1_000_000, seconds * 2_000_000
        nic.rx_octets, nic.tx_octets = seconds * 3_000, seconds * 4_000
        said.memory_details.maximum = instance.flavor.memory_mb
        said.memory_details.used = instance.flavor.memory_mb // 2
        return said
