package main

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
	"github.com/vmware/govmomi/vmdk"
)

// measuring tells of each disk that a search finds how large it is for a guest, as a vCenter does and the simulator does not.
type measuring struct {
	*simulator.HostDatastoreBrowser
}

func measureDisks(model *simulator.Model) {
	for _, one := range model.Map().AllReference("HostDatastoreBrowser") {
		if browser, ok := one.(*simulator.HostDatastoreBrowser); ok {
			model.Map().Put(&measuring{browser})
		}
	}
}

func (b *measuring) SearchDatastoreTask(ctx *simulator.Context, req *types.SearchDatastore_Task) soap.HasFault {
	body := b.HostDatastoreBrowser.SearchDatastoreTask(ctx, req)
	measure(ctx, body.(*methods.SearchDatastore_TaskBody).Res.Returnval)
	return body
}

func (b *measuring) SearchDatastoreSubFoldersTask(ctx *simulator.Context, req *types.SearchDatastoreSubFolders_Task) soap.HasFault {
	body := b.HostDatastoreBrowser.SearchDatastoreSubFoldersTask(ctx, req)
	measure(ctx, body.(*methods.SearchDatastoreSubFolders_TaskBody).Res.Returnval)
	return body
}

func measure(ctx *simulator.Context, ref types.ManagedObjectReference) {
	task := ctx.Map.Get(ref).(*simulator.Task)
	task.Wait()
	var found []types.HostDatastoreBrowserSearchResults
	switch result := task.Info.Result.(type) {
	case types.HostDatastoreBrowserSearchResults:
		found = []types.HostDatastoreBrowserSearchResults{result}
	case types.ArrayOfHostDatastoreBrowserSearchResults:
		found = result.HostDatastoreBrowserSearchResults
	}
	for _, folder := range found {
		store, ok := ctx.Map.Get(*folder.Datastore).(*simulator.Datastore)
		if !ok {
			continue
		}
		_, below, _ := strings.Cut(folder.FolderPath, "]")
		for _, file := range folder.File {
			if disk, ok := file.(*types.VmDiskFileInfo); ok {
				disk.CapacityKb = capacity(filepath.Join(store.Summary.Url, path.Join("/", strings.TrimSpace(below), disk.Path)))
			}
		}
	}
}

// capacity of a disk in KiB, as its descriptor has it; 0 for what is none.
func capacity(name string) int64 {
	file, err := os.Open(name)
	if err != nil {
		return 0
	}
	defer file.Close()
	descriptor, err := vmdk.ParseDescriptor(file)
	if err != nil || len(descriptor.Extent) == 0 {
		return 0
	}
	return descriptor.Capacity() / 1024
}
