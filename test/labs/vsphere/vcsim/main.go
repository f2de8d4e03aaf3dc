// A vCenter for tests: govmomi's simulator with a fleet of any size, TLS from an authority of its own, guests that
// breathe, and faults on order. Prints one line of JSON when it answers, and ends with SIGTERM or with its stdin.
package main

import (
	"encoding/json"
	"flag"
	"io"
	"log"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"github.com/vmware/govmomi/simulator"
)

type options struct {
	listen     string
	dir        string
	vms        int
	centers    int
	stores     int
	portgroups int
	user       string
	password   string
	tied       bool
}

func main() {
	govc()
	var o options
	flag.StringVar(&o.listen, "listen", "127.0.0.1:0", "address and port")
	flag.StringVar(&o.dir, "dir", "", "folder for ca.pem")
	flag.IntVar(&o.vms, "vms", 40, "number of VMs")
	flag.IntVar(&o.centers, "datacenters", 2, "one or two")
	flag.IntVar(&o.stores, "datastores", 1, "number of datastores of all hosts in a datacenter, beside a few that are special")
	flag.IntVar(&o.portgroups, "portgroups", 1, "number of distributed port groups in a datacenter, likewise")
	flag.StringVar(&o.user, "user", "administrator@vsphere.local", "who may log in")
	flag.StringVar(&o.password, "password", "drover-lab", "with this password")
	flag.BoolVar(&o.tied, "tied", false, "end when stdin ends")
	flag.Parse()
	if err := serve(o); err != nil {
		log.Fatal(err)
	}
}

func serve(o options) error {
	model, err := fleet(o)
	if err != nil {
		return err
	}
	defer model.Remove()
	if model.Service.TLS, err = serverTLS(o.dir, o.listen); err != nil {
		return err
	}
	model.Service.Listen = &url.URL{Host: o.listen, User: url.UserPassword(o.user, o.password)}
	model.Service.RegisterEndpoints = true
	model.Service.HandleFunc("/lab/fault", faultOnOrder(model.Service))
	model.Service.HandleFunc("/lab/objects", objects(model))
	serveDisplays(model, model.Service.TLS)
	stepIn(model, &exports{}, "ExportVm", "CreateDescriptor")
	// Its shortcomings are mended while it runs: see breathe.go.
	measureDisks(model)
	breathe(model)
	server := model.Service.NewServer()
	defer server.Close()
	if err := json.NewEncoder(os.Stdout).Encode(map[string]string{"url": "https://" + server.URL.Host + "/sdk"}); err != nil {
		return err
	}
	done := make(chan os.Signal, 1)
	signal.Notify(done, syscall.SIGINT, syscall.SIGTERM)
	if o.tied {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			done <- syscall.SIGTERM
		}()
	}
	<-done
	simulator.Trace = false
	return nil
}
