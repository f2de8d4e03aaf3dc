package main

// govc itself, as far as the tests compare drover with it: the commands of the simulator's own module, of the same version.
import (
	"os"

	"github.com/vmware/govmomi/cli"
	_ "github.com/vmware/govmomi/cli/about"
	_ "github.com/vmware/govmomi/cli/fields"
	_ "github.com/vmware/govmomi/cli/host"
	_ "github.com/vmware/govmomi/cli/host/maintenance"
	_ "github.com/vmware/govmomi/cli/tags"
	_ "github.com/vmware/govmomi/cli/tags/association"
	_ "github.com/vmware/govmomi/cli/tags/category"
	_ "github.com/vmware/govmomi/cli/vm"
	_ "github.com/vmware/govmomi/cli/vm/snapshot"
)

// govc runs `vcsim govc COMMAND…` to the end of this process, if that was asked for.
func govc() {
	if len(os.Args) > 1 && os.Args[1] == "govc" {
		os.Exit(cli.Run(os.Args[2:]))
	}
}
