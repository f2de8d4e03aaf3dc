// A Proxmox VE for tests: the stateful half of pvetui's mock API behind HTTPS with a certificate that it signs itself, as
// Proxmox does. Prints one line of JSON when it answers, and ends with SIGTERM.
package main

import (
	"crypto/tls"
	"encoding/json"
	"log"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/devnullvoid/pvetui/pkg/mockpve"
	"github.com/gorilla/mux"
)

func main() {
	// The folder is only there to tell whose process this is.
	fixture, err := mockpve.LoadFixture(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	state := mockpve.NewMockState()
	if err := state.ApplyFixture(fixture); err != nil {
		log.Fatal(err)
	}
	certificate, fingerprint, err := selfSigned()
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	said := map[string]string{"url": "https://" + listener.Addr().String(), "fingerprint": fingerprint}
	if err := json.NewEncoder(os.Stdout).Encode(said); err != nil {
		log.Fatal(err)
	}
	secure := tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}})
	log.Fatal(http.Serve(secure, http.StripPrefix("/api2/json", routes(state))))
}

func routes(state *mockpve.MockState) http.Handler {
	guest := "/nodes/{node}/{type:qemu|lxc}/{vmid:[0-9]+}"
	r := mux.NewRouter()
	// Names of tasks have colons, and some are sent encoded.
	r.UseEncodedPath()
	r.HandleFunc("/cluster/resources", mockpve.HandleClusterResources(state)).Methods("GET")
	r.HandleFunc("/cluster/status", mockpve.HandleClusterStatus(state)).Methods("GET")
	r.HandleFunc("/cluster/tasks", mockpve.HandleClusterTasks(state)).Methods("GET")
	r.HandleFunc("/nodes/{node}/status", mockpve.HandleNodeStatus(state)).Methods("GET")
	r.HandleFunc("/nodes/{node}/{type:qemu|lxc}", mockpve.HandleGuestIndex(state)).Methods("GET")
	r.HandleFunc(guest+"/status/current", mockpve.HandleVMStatusCurrent(state)).Methods("GET")
	r.HandleFunc(guest+"/status/{action}", mockpve.HandleVMStatusAction(state)).Methods("POST")
	r.HandleFunc(guest+"/config", mockpve.HandleVMConfig(state)).Methods("GET", "PUT")
	r.HandleFunc(guest, mockpve.HandleDeleteVM(state)).Methods("DELETE")
	r.HandleFunc("/nodes/{node}/storage/{storage}/content", mockpve.HandleStorageContent(state)).Methods("GET")
	r.HandleFunc("/nodes/{node}/tasks/{upid}/status", decoded(mockpve.HandleTaskStatus(state))).Methods("GET")

	// What the mock has no state for.
	r.HandleFunc("/access/ticket", answer(map[string]string{"ticket": "PVE:root@pam:mock", "username": "root@pam"})).Methods("POST")
	r.HandleFunc("/access/permissions", answer(map[string]any{"/": map[string]int{"VM.Audit": 1, "VM.PowerMgmt": 1}}))
	r.HandleFunc("/version", answer(map[string]string{"version": "8.4.1", "release": "8.4"}))
	r.HandleFunc("/nodes/{node}/certificates/info", answer([]any{}))
	r.HandleFunc("/nodes/{node}/network", answer([]any{map[string]any{"iface": "vmbr0", "type": "bridge", "active": 1, "bridge_ports": "eno1"}})).Methods("GET")
	r.HandleFunc(guest+"/snapshot", answer([]any{map[string]string{"name": "current"}}))
	r.NotFoundHandler = http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		log.Printf("nobody answers %s %q", request.Method, request.URL.Path)
		http.Error(w, "Not Implemented", http.StatusNotImplemented)
	})
	return r
}

func answer(data any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		if err := json.NewEncoder(w).Encode(map[string]any{"data": data}); err != nil {
			log.Print(err)
		}
	}
}

// The mock takes variables as they stand in the path.
func decoded(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		vars := mux.Vars(request)
		vars["upid"] = strings.NewReplacer("%3A", ":", "%40", "@").Replace(vars["upid"])
		next(w, mux.SetURLVars(request, vars))
	}
}
