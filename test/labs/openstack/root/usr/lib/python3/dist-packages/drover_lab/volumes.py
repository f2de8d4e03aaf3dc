"""Volumes of which only the size is true: nothing is ever written to them, and the pretended guests never read."""

import io

from cinder import interface
from cinder.volume import driver


@interface.volumedriver
class PretendedVolumes(driver.VolumeDriver):
    VERSION = "1"
    CI_WIKI_NAME = "none"

    def check_for_setup_error(self):
        pass

    def _update_volume_stats(self):
        self._stats = {
            "volume_backend_name": self.configuration.volume_backend_name,
            "vendor_name": "drover",
            "driver_version": self.VERSION,
            "storage_protocol": "pretended",
            "pools": [
                {
                    "pool_name": "pretended",
                    "total_capacity_gb": 10_000,
                    "free_capacity_gb": 9_000,
                    "reserved_percentage": 0,
                    "multiattach": True,
                }
            ],
        }

    def create_volume(self, volume):
        pass

    def delete_volume(self, volume):
        pass

    def extend_volume(self, volume, new_size):
        pass

    def create_snapshot(self, snapshot):
        pass

    def delete_snapshot(self, snapshot):
        pass

    def create_volume_from_snapshot(self, volume, snapshot):
        pass

    def create_cloned_volume(self, volume, src_vref):
        pass

    def revert_to_snapshot(self, context, volume, snapshot):
        pass

    def clone_image(self, context, volume, image_location, image_meta, image_service):
        return {}, True

    def copy_volume_to_image(self, context, volume, image_service, image_meta):
        image_service.update(context, image_meta["id"], {}, io.BytesIO(bytes(64 * 1024)))

    def ensure_export(self, context, volume):
        pass

    def create_export(self, context, volume, connector=None):
        pass

    def remove_export(self, context, volume):
        pass

    def initialize_connection(self, volume, connector):
        return {"driver_volume_type": "fake", "data": {"volume_id": volume.id}}

    def terminate_connection(self, volume, connector, **kwargs):
        pass
