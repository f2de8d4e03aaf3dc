package main

import (
	"context"
	"fmt"

	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/types"

	// The REST endpoints that other clients (govc, kcli) expect beside SOAP.
	_ "github.com/vmware/govmomi/vapi/cluster/simulator"
	_ "github.com/vmware/govmomi/vapi/simulator"
)

var roles = []string{"app", "web", "db", "ci", "cache"}

// fleet makes one or two datacenters, with hosts of their own and a cluster of three each, and clones VMs into them.
func fleet(o options) (*simulator.Model, error) {
	model := simulator.VPX()
	vms, datacenters := o.vms, o.centers
	model.Datacenter = datacenters
	model.Datastore = o.stores
	model.Portgroup = o.portgroups
	model.OpaqueNetwork = 1
	// Each host of its own, and each cluster, begins with a VM: furnish has a use for four.
	model.Host = 4/datacenters - 1
	model.Machine = 1
	model.Autostart = false
	if err := model.Create(); err != nil {
		return nil, err
	}
	ctx := context.Background()
	client, err := vim25.NewClient(ctx, model.Service)
	if err != nil {
		return nil, err
	}
	finder := find.NewFinder(client)
	originals, err := finder.VirtualMachineList(ctx, "/...")
	if err != nil {
		return nil, err
	}
	places, err := placesOf(ctx, finder, originals)
	if err != nil {
		return nil, err
	}
	if err := populate(ctx, places, vms); err != nil {
		return nil, err
	}
	if err := furnish(ctx, originals); err != nil {
		return nil, err
	}
	return model, estate(ctx, model, client)
}

// place is where clones of a VM go: its folder, resource pool and host.
type place struct {
	original *object.VirtualMachine
	folder   *object.Folder
	location types.VirtualMachineRelocateSpec
}

func placesOf(ctx context.Context, finder *find.Finder, originals []*object.VirtualMachine) ([]place, error) {
	var places []place
	for _, original := range originals {
		pool, err := original.ResourcePool(ctx)
		if err != nil {
			return nil, err
		}
		owner, err := pool.Owner(ctx)
		if err != nil {
			return nil, err
		}
		hosts, err := object.NewComputeResource(original.Client(), owner.Reference()).Hosts(ctx)
		if err != nil {
			return nil, err
		}
		parent, err := finder.Folder(ctx, original.InventoryPath[:len("/DC0")]+"/vm")
		if err != nil {
			return nil, err
		}
		for _, host := range hosts {
			folder, err := parent.CreateFolder(ctx, fmt.Sprintf("Team %d", len(places)))
			if err != nil {
				return nil, err
			}
			poolRef, hostRef := pool.Reference(), host.Reference()
			places = append(places, place{original, folder, types.VirtualMachineRelocateSpec{Pool: &poolRef, Host: &hostRef}})
		}
	}
	return places, nil
}

// populate fills the places side by side, since the simulator waits more than it works; one after the other within a
// folder, since it reads a folder's children without a lock.
func populate(ctx context.Context, places []place, vms int) error {
	failed := make(chan error, len(places))
	for first, at := range places {
		go func() {
			for i := first; i < vms; i += len(places) {
				if err := clone(ctx, at, i); err != nil {
					failed <- err
					return
				}
			}
			failed <- nil
		}()
	}
	var first error
	for range places {
		if err := <-failed; err != nil && first == nil {
			first = err
		}
	}
	return first
}

// clone makes one VM; every seventh stays off, some say that kcli made them.
func clone(ctx context.Context, at place, i int) error {
	name := fmt.Sprintf("%s-%04d", roles[i%len(roles)], i)
	task, err := at.original.Clone(ctx, at.folder, name, types.VirtualMachineCloneSpec{Location: at.location})
	if err != nil {
		return err
	}
	info, err := task.WaitForResult(ctx, nil)
	if err != nil {
		return err
	}
	vm := object.NewVirtualMachine(at.original.Client(), info.Result.(types.ManagedObjectReference))
	spec := types.VirtualMachineConfigSpec{
		NumCPUs:             int32(1 + i%4),
		MemoryMB:            int64(1024 * (1 + i%8)),
		Annotation:          "a VM of the lab",
		MemoryHotAddEnabled: types.NewBool(i%2 == 0),
		CpuHotAddEnabled:    types.NewBool(i%2 == 0),
	}
	if i%10 == 0 {
		spec.ExtraConfig = []types.BaseOptionValue{
			&types.OptionValue{Key: "plan", Value: "lab"},
			&types.OptionValue{Key: "profile", Value: "small"},
			&types.OptionValue{Key: "image", Value: "debian12"},
		}
	}
	if err := wait(ctx, func() (*object.Task, error) { return vm.Reconfigure(ctx, spec) }); err != nil {
		return err
	}
	if i%7 == 3 {
		return nil
	}
	return wait(ctx, func() (*object.Task, error) { return vm.PowerOn(ctx) })
}

// furnish makes of the four VMs that the rest was cloned from: a template, one with snapshots, one suspended, one off.
func furnish(ctx context.Context, originals []*object.VirtualMachine) error {
	template, layered, asleep, off := originals[0], originals[1], originals[2], originals[3]
	for vm, name := range map[*object.VirtualMachine]string{template: "golden-debian12", layered: "layered", asleep: "asleep", off: "off"} {
		spec := types.VirtualMachineConfigSpec{Name: name, Annotation: "a VM of the lab", NumCPUs: 2, MemoryMB: 2048}
		if err := wait(ctx, func() (*object.Task, error) { return vm.Reconfigure(ctx, spec) }); err != nil {
			return err
		}
	}
	steps := []func() (*object.Task, error){
		func() (*object.Task, error) { return layered.CreateSnapshot(ctx, "installed", "", false, false) },
		func() (*object.Task, error) { return layered.CreateSnapshot(ctx, "before upgrade", "", false, false) },
		func() (*object.Task, error) { return asleep.PowerOn(ctx) },
		func() (*object.Task, error) { return asleep.Suspend(ctx) },
	}
	for _, step := range steps {
		if err := wait(ctx, step); err != nil {
			return err
		}
	}
	return template.MarkAsTemplate(ctx)
}

func wait(ctx context.Context, start func() (*object.Task, error)) error {
	task, err := start()
	if err != nil {
		return err
	}
	return task.Wait(ctx)
}
