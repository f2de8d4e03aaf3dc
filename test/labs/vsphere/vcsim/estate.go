package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"slices"

	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// estate makes storages and networks that are not all alike: in the first datacenter, on its host that is in no cluster.
func estate(ctx context.Context, model *simulator.Model, client *vim25.Client) error {
	finder := find.NewFinder(client)
	host, err := finder.HostSystem(ctx, "/DC0/host/DC0_H0/DC0_H0")
	if err != nil {
		return err
	}
	stores, err := host.ConfigManager().DatastoreSystem(ctx)
	if err != nil {
		return err
	}
	for _, name := range []string{"scratch", "archive", "lost", "depot"} {
		folder, err := os.MkdirTemp("", name)
		if err != nil {
			return err
		}
		if _, err := stores.CreateLocalDatastore(ctx, name, folder); err != nil {
			return err
		}
	}

	dvs, err := finder.Network(ctx, "/DC0/network/DVS0")
	if err != nil {
		return err
	}
	own := &types.VmwareDistributedVirtualSwitchVlanIdSpec{VlanId: 42}
	trunk := &types.VmwareDistributedVirtualSwitchTrunkVlanSpec{VlanId: []types.NumericRange{{Start: 1, End: 4094}}}
	specs := []types.DVPortgroupConfigSpec{
		{Name: "prod-42", DefaultPortConfig: &types.VMwareDVSPortSetting{Vlan: own}},
		{Name: "trunk", DefaultPortConfig: &types.VMwareDVSPortSetting{Vlan: trunk}},
	}
	if err := addPortgroups(ctx, client, dvs.Reference(), specs); err != nil {
		return err
	}
	nets, err := host.ConfigManager().NetworkSystem(ctx)
	if err != nil {
		return err
	}
	backup := types.HostPortGroupSpec{Name: "backup", VlanId: 7, VswitchName: "vSwitch0"}
	if err := nets.AddPortGroup(ctx, backup); err != nil {
		return err
	}
	complete(model, host.Reference(), backup)
	return nil
}

func addPortgroups(ctx context.Context, client *vim25.Client, dvs types.ManagedObjectReference, specs []types.DVPortgroupConfigSpec) error {
	return wait(ctx, func() (*object.Task, error) {
		return object.NewDistributedVirtualSwitch(client, dvs).AddPortgroup(ctx, specs)
	})
}

// complete tells what a vCenter knows and the simulator leaves out. Nobody else looks yet, so that no lock is held.
func complete(model *simulator.Model, only types.ManagedObjectReference, backup types.HostPortGroupSpec) {
	for _, store := range all[*simulator.Datastore](model, "Datastore") {
		store.Summary.MultipleHostAccess = types.NewBool(len(store.Host) > 1)
		switch store.Name {
		case "archive":
			store.Summary.MaintenanceMode = string(types.DatastoreSummaryMaintenanceModeStateInMaintenance)
		case "lost":
			store.Summary.Accessible = false
			store.Host[0].MountInfo.Accessible = types.NewBool(false)
			store.Host[0].MountInfo.InaccessibleReason = string(types.HostMountInfoInaccessibleReasonPermanentDeviceLoss)
		}
	}
	networks := all[*mo.Network](model, "Network")
	for _, host := range all[*simulator.HostSystem](model, "HostSystem") {
		if host.Self == only {
			host.Config.Network.Portgroup = append(host.Config.Network.Portgroup, types.HostPortGroup{Spec: backup})
			for _, network := range networks {
				if network.Name == backup.Name {
					host.Network = append(host.Network, network.Self)
				}
			}
		}
		for _, network := range networks {
			if slices.Contains(host.Network, network.Self) {
				network.Host = append(network.Host, host.Self)
			}
		}
	}
}

// objects are the simulator's own, of one type, past the property collector: GET /lab/objects?type=Datastore.
func objects(model *simulator.Model) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx := model.Service.Context
		found := []json.RawMessage{}
		for _, one := range model.Map().AllReference(r.URL.Query().Get("type")) {
			ctx.WithLock(one, func() {
				if text, err := json.Marshal(one); err == nil {
					found = append(found, text)
				}
			})
		}
		_ = json.NewEncoder(w).Encode(found)
	}
}
