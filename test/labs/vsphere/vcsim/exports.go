package main

import (
	"fmt"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// exports answers what the simulator's VMs and its OvfManager do not: ExportVm, with the lease that the simulator has for
// snapshots, and CreateDescriptor, with a descriptor that is only as good as a test needs it.
type exports struct{}

func (*exports) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "LabExports", Value: "LabExports"}
}

func (*exports) ExportVm(ctx *simulator.Context, req *types.ExportVm) soap.HasFault {
	body := &methods.ExportVmBody{}
	vm, known := ctx.Map.Get(req.This).(*simulator.VirtualMachine)
	switch {
	case !known:
		body.Fault_ = simulator.Fault("", &types.ManagedObjectNotFound{Obj: req.This})
	case vm.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOff:
		body.Fault_ = simulator.Fault("", &types.InvalidPowerState{
			RequestedState: types.VirtualMachinePowerStatePoweredOff,
			ExistingState:  vm.Runtime.PowerState,
		})
	default:
		state := &simulator.VirtualMachineSnapshot{VirtualMachineSnapshot: mo.VirtualMachineSnapshot{Vm: req.This, Config: *vm.Config}}
		answer := state.ExportSnapshot(ctx, &types.ExportSnapshot{This: req.This}).(*methods.ExportSnapshotBody)
		body.Res = &types.ExportVmResponse{Returnval: answer.Res.Returnval}
	}
	return body
}

func (*exports) CreateDescriptor(ctx *simulator.Context, req *types.CreateDescriptor) soap.HasFault {
	body := &methods.CreateDescriptorBody{}
	vm, known := ctx.Map.Get(req.Obj).(*simulator.VirtualMachine)
	if !known {
		body.Fault_ = simulator.Fault("", &types.ManagedObjectNotFound{Obj: req.Obj})
		return body
	}
	body.Res = &types.CreateDescriptorResponse{Returnval: types.OvfCreateDescriptorResult{OvfDescriptor: descriptor(vm, req.Cdp)}}
	return body
}

func descriptor(vm *simulator.VirtualMachine, how types.OvfCreateDescriptorParams) string {
	var files, disks, items strings.Builder
	for at, file := range how.OvfFiles {
		fmt.Fprintf(&files, `<File ovf:href="%s" ovf:id="file%d" ovf:size="%d"/>`, file.Path, at, file.Size)
		fmt.Fprintf(&disks, `<Disk ovf:capacity="1" ovf:capacityAllocationUnits="byte * 2^30" ovf:diskId="disk%d" ovf:fileRef="file%d" ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>`, at, at)
		fmt.Fprintf(&items, `<Item><rasd:AddressOnParent>%d</rasd:AddressOnParent><rasd:ElementName>Hard disk %d</rasd:ElementName><rasd:HostResource>ovf:/disk/disk%d</rasd:HostResource><rasd:InstanceID>%d</rasd:InstanceID><rasd:Parent>3</rasd:Parent><rasd:ResourceType>17</rasd:ResourceType></Item>`, at, at+1, at, 10+at)
	}
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData" xmlns:vmw="http://www.vmware.com/schema/ovf">
<References>%s</References>
<DiskSection><Info>Disks</Info>%s</DiskSection>
<VirtualSystem ovf:id="%s"><Info>A VM</Info>
<OperatingSystemSection ovf:id="101" vmw:osType="otherLinux64Guest"><Info>Guest</Info></OperatingSystemSection>
<VirtualHardwareSection><Info>Hardware</Info>
<System><vssd:ElementName>Family</vssd:ElementName><vssd:InstanceID>0</vssd:InstanceID><vssd:VirtualSystemType>vmx-13</vssd:VirtualSystemType></System>
<Item><rasd:ElementName>CPU</rasd:ElementName><rasd:InstanceID>1</rasd:InstanceID><rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>%d</rasd:VirtualQuantity></Item>
<Item><rasd:ElementName>Memory</rasd:ElementName><rasd:InstanceID>2</rasd:InstanceID><rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>%d</rasd:VirtualQuantity></Item>
<Item><rasd:Address>0</rasd:Address><rasd:ElementName>SCSI controller</rasd:ElementName><rasd:InstanceID>3</rasd:InstanceID><rasd:ResourceSubType>lsilogic</rasd:ResourceSubType><rasd:ResourceType>6</rasd:ResourceType></Item>
%s</VirtualHardwareSection></VirtualSystem>
</Envelope>
`, files.String(), disks.String(), how.Name, vm.Summary.Config.NumCpu, vm.Summary.Config.MemorySizeMB, items.String())
}
