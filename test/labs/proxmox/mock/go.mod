module drover.test/proxmox-mock

go 1.26

require (
	github.com/devnullvoid/pvetui v1.4.3
	github.com/gorilla/mux v1.8.1
)

require gopkg.in/yaml.v3 v3.0.1 // indirect
