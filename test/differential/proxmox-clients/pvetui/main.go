// What pvetui's own client reads of a Proxmox VE, as its screen shows it: one JSON object on stdout.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/devnullvoid/pvetui/pkg/api"
)

// login is what pvetui has in its configuration.
type login struct{ address, user, realm, password string }

func (l login) GetAddr() string        { return l.address }
func (l login) GetUser() string        { return l.user }
func (l login) GetPassword() string    { return l.password }
func (l login) GetRealm() string       { return l.realm }
func (l login) GetTokenID() string     { return "" }
func (l login) GetTokenSecret() string { return "" }
func (l login) GetInsecure() bool      { return true }
func (l login) IsUsingTokenAuth() bool { return false }
func (l login) GetAPIToken() string    { return "" }

type answer struct {
	Guests    []*api.VM                 `json:"guests"`
	Storages  []*api.Storage            `json:"storages"`
	Snapshots map[string][]api.Snapshot `json:"snapshots"`
	Backups   map[string][]api.Backup   `json:"backups"`
}

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: ask-pvetui ADDRESS PASSWORD"))
	}
	client, err := api.NewClient(login{os.Args[1], "root", "pam", os.Args[2]})
	if err != nil {
		fail(err)
	}
	cluster, err := client.GetFreshClusterStatus()
	if err != nil {
		fail(err)
	}
	told := answer{Snapshots: map[string][]api.Snapshot{}, Backups: map[string][]api.Backup{}}
	for _, node := range cluster.Nodes {
		told.Guests = append(told.Guests, node.VMs...)
		told.Storages = append(told.Storages, node.Storage...)
		for _, guest := range node.VMs {
			if told.Snapshots[guest.Name], err = client.GetSnapshots(guest); err != nil {
				fail(err)
			}
			if told.Backups[guest.Name], err = client.GetBackups(guest); err != nil {
				fail(err)
			}
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(told); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
