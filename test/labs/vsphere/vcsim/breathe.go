package main

import (
	"math/rand"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

const beat = time.Second

// Each change makes the simulator collect the whole fleet anew for each client that waits: a large one breathes slowly.
// What is not collected before the next beat piles up, and clients hear less and less.
const collectsPerBeat = 50

// breathe does what a vCenter does and the simulator leaves out: figures and tools of guests that run, and news of a
// VM whose size or name was changed, and of a host that enters or leaves maintenance.
func breathe(model *simulator.Model) {
	ctx := model.Service.Context
	machines := all[*simulator.VirtualMachine](model, "VirtualMachine")
	for _, vm := range machines {
		ctx.Map.AtomicUpdate(ctx, vm, append(vitals(vm), constants...))
	}
	for _, host := range all[*simulator.HostSystem](model, "HostSystem") {
		ctx.Map.AtomicUpdate(ctx, host, hostVitals())
	}
	ctx.Map.AddHandler(&mender{})
	go tellMaintenance(ctx, model)
	go func() {
		next := 0
		for range time.Tick(beat) {
			machines := all[*simulator.VirtualMachine](model, "VirtualMachine")
			if len(machines) == 0 {
				continue
			}
			for range max(1, min(len(machines), collectsPerBeat/len(machines))) {
				vm := machines[next%len(machines)]
				next++
				ctx.Map.AtomicUpdate(ctx, vm, vitals(vm))
			}
		}
	}()
}

// tellMaintenance tells of hosts that are in another mode than was told, soon after a client changed that; and once a
// beat of those that ever were, since what several clients read at that moment may cross what they are told.
func tellMaintenance(ctx *simulator.Context, model *simulator.Model) {
	const looksPerBeat = 20
	told := map[string]bool{}
	looks := 0
	for range time.Tick(beat / looksPerBeat) {
		looks++
		for _, host := range all[*simulator.HostSystem](model, "HostSystem") {
			now := host.Runtime.InMaintenanceMode
			last, ever := told[host.Self.Value]
			if now == last && !(ever && looks%looksPerBeat == 0) {
				continue
			}
			told[host.Self.Value] = now
			ctx.Map.AtomicUpdate(ctx, host, []types.PropertyChange{{Name: "runtime.inMaintenanceMode", Val: now}})
		}
	}
}

func all[T mo.Entity](model *simulator.Model, kind string) []T {
	var found []T
	for _, entity := range model.Map().All(kind) {
		if one, ok := entity.(T); ok {
			found = append(found, one)
		}
	}
	// Maps come in any order; taking turns needs one.
	slices.SortFunc(found, func(a, b T) int { return strings.Compare(a.Reference().Value, b.Reference().Value) })
	return found
}

// constants are required by the API's schema; clients that check it fail without.
var constants = []types.PropertyChange{
	{Name: "runtime.faultToleranceState", Val: types.VirtualMachineFaultToleranceStateNotConfigured},
	{Name: "runtime.recordReplayState", Val: types.VirtualMachineRecordReplayStateInactive},
	{Name: "summary.runtime.recordReplayState", Val: types.VirtualMachineRecordReplayStateInactive},
	{Name: "summary.runtime.faultToleranceState", Val: types.VirtualMachineFaultToleranceStateNotConfigured},
}

func vitals(vm *simulator.VirtualMachine) []types.PropertyChange {
	on := vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn
	tools, ip := types.VirtualMachineToolsRunningStatusGuestToolsNotRunning, ""
	var mhz, memory int32
	if on {
		tools = types.VirtualMachineToolsRunningStatusGuestToolsRunning
		ip = address(vm.Self.Value)
		mhz = int32(50 + rand.Intn(1500))
		memory = vm.Summary.Config.MemorySizeMB / 4
	}
	return []types.PropertyChange{
		{Name: "summary.quickStats.overallCpuUsage", Val: mhz},
		{Name: "summary.quickStats.guestMemoryUsage", Val: memory},
		{Name: "summary.quickStats.hostMemoryUsage", Val: memory * 2},
		{Name: "guest.toolsRunningStatus", Val: string(tools)},
		{Name: "guest.ipAddress", Val: ip},
	}
}

func hostVitals() []types.PropertyChange {
	return []types.PropertyChange{
		{Name: "summary.quickStats.overallCpuUsage", Val: int32(200 + rand.Intn(1000))},
		{Name: "summary.quickStats.overallMemoryUsage", Val: int32(1024 + rand.Intn(512))},
	}
}

// address is the same for a VM in every run.
func address(value string) string {
	var sum uint32
	for _, letter := range []byte(value) {
		sum = sum*31 + uint32(letter)
	}
	return net.IPv4(10, byte(sum>>16), byte(sum>>8), byte(sum)).String()
}

// mender tells of power, size and name what the simulator changes without telling.
type mender struct{}

func (*mender) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "LabMender", Value: "LabMender"}
}
func (*mender) PutObject(*simulator.Context, mo.Reference)                    {}
func (*mender) RemoveObject(*simulator.Context, types.ManagedObjectReference) {}

func (*mender) UpdateObject(ctx *simulator.Context, object mo.Reference, changes []types.PropertyChange) {
	machine, ok := ctx.Map.Get(object.Reference()).(*simulator.VirtualMachine)
	if !ok {
		return
	}
	for _, change := range changes {
		switch change.Name {
		case "config.changeVersion":
			go tell(ctx, machine, size)
		case "runtime.powerState":
			go tell(ctx, machine, vitals)
		}
	}
}

func tell(ctx *simulator.Context, vm *simulator.VirtualMachine, what func(*simulator.VirtualMachine) []types.PropertyChange) {
	// A context of its own: the caller's still holds the lock of the VM.
	own := &simulator.Context{Context: ctx.Context, Map: ctx.Map}
	ctx.Map.WithLock(own, vm, func() { ctx.Map.Update(own, vm, what(vm)) })
}

func size(vm *simulator.VirtualMachine) []types.PropertyChange {
	return []types.PropertyChange{
		{Name: "name", Val: vm.Name},
		{Name: "summary.config.memorySizeMB", Val: vm.Config.Hardware.MemoryMB},
		{Name: "summary.config.numCpu", Val: vm.Config.Hardware.NumCPU},
	}
}
