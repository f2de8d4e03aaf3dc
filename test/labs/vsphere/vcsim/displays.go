package main

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
	"golang.org/x/net/websocket"
)

// displays hands out tickets for the screens of VMs, which the simulator does not: all of them are one VNC server of the
// lab. A ticket opens wss://HOST/ticket/TICKET once.
type displays struct {
	certificate []byte
	lock        sync.Mutex
	server      string
	refuses     bool
	sha1        bool
	stranger    bool
	tickets     map[string]bool
}

// POST /lab/display?address=127.0.0.1:5900 says where the VNC server is; refuse=1 makes tickets worthless; sha1=1 leaves the
// SHA-256 of the certificate out of them, as versions before 7.0.3 do; stranger=1 lets them name another certificate.
func (d *displays) order(w http.ResponseWriter, r *http.Request) {
	d.lock.Lock()
	defer d.lock.Unlock()
	query := r.URL.Query()
	d.server = query.Get("address")
	d.refuses = query.Get("refuse") != ""
	d.sha1 = query.Get("sha1") != ""
	d.stranger = query.Get("stranger") != ""
}

// serveDisplays adds tickets and their websockets to the simulator.
func serveDisplays(model *simulator.Model, config *tls.Config) {
	d := &displays{certificate: config.Certificates[0].Certificate[0], tickets: map[string]bool{}}
	stepIn(model, d, "AcquireTicket")
	model.Service.HandleFunc("/lab/display", d.order)
	model.Service.HandleFunc("/ticket/", websocket.Server{Handshake: d.admit, Handler: d.pass}.ServeHTTP)
}

// stepIn lets an object of the lab answer methods that the simulator's objects lack; the request names those all the same.
func stepIn(model *simulator.Model, one mo.Reference, names ...string) {
	model.Map().Put(one)
	next := model.Map().Handler
	model.Map().Handler = func(ctx *simulator.Context, method *simulator.Method) (mo.Reference, types.BaseMethodFault) {
		if slices.Contains(names, method.Name) {
			method.This = one.Reference()
		}
		if next == nil {
			return nil, nil
		}
		return next(ctx, method)
	}
}

func (*displays) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "LabDisplays", Value: "LabDisplays"}
}

func (d *displays) AcquireTicket(ctx *simulator.Context, req *types.AcquireTicket) soap.HasFault {
	body := &methods.AcquireTicketBody{}
	vm, known := ctx.Map.Get(req.This).(*simulator.VirtualMachine)
	switch {
	case !known:
		body.Fault_ = simulator.Fault("", &types.ManagedObjectNotFound{Obj: req.This})
	case req.TicketType != string(types.VirtualMachineTicketTypeWebmks):
		body.Fault_ = simulator.Fault("", &types.InvalidArgument{InvalidProperty: "ticketType"})
	case vm.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOn:
		body.Fault_ = simulator.Fault("", &types.InvalidPowerState{
			RequestedState: types.VirtualMachinePowerStatePoweredOn,
			ExistingState:  vm.Runtime.PowerState,
		})
	default:
		host, port, _ := net.SplitHostPort(ctx.Map.SessionManager().ServiceHostName)
		body.Res = &types.AcquireTicketResponse{Returnval: d.issue(host, port)}
	}
	return body
}

func (d *displays) issue(host, port string) types.VirtualMachineTicket {
	d.lock.Lock()
	defer d.lock.Unlock()
	certificate := d.certificate
	if d.stranger {
		certificate = []byte("of another host")
	}
	ticket := types.VirtualMachineTicket{
		Ticket:        uuid.NewString(),
		CfgFile:       "/vmfs/volumes/lab/vm.vmx",
		Host:          host,
		SslThumbprint: thumbprint(sha1.Sum(certificate)),
	}
	_, _ = fmt.Sscan(port, &ticket.Port)
	ticket.Url = fmt.Sprintf("wss://%s/ticket/%s", net.JoinHostPort(host, port), ticket.Ticket)
	if !d.sha1 {
		ticket.CertThumbprintList = []types.VirtualMachineCertThumbprint{{
			Thumbprint:    thumbprint(sha256.Sum256(certificate)),
			HashAlgorithm: string(types.VirtualMachineCertThumbprintHashAlgorithmSha256),
		}}
	}
	d.tickets[ticket.Ticket] = !d.refuses
	return ticket
}

func thumbprint[T [20]byte | [32]byte](sum T) string {
	return strings.ReplaceAll(strings.ToUpper(fmt.Sprintf("% x", sum)), " ", ":")
}

// admit refuses what an ESX host refuses: another subprotocol, and a ticket that is not known, or no longer.
func (d *displays) admit(config *websocket.Config, request *http.Request) error {
	d.lock.Lock()
	defer d.lock.Unlock()
	ticket := strings.TrimPrefix(request.URL.Path, "/ticket/")
	valid := d.tickets[ticket]
	delete(d.tickets, ticket)
	if !valid || !slices.Contains(config.Protocol, "binary") {
		return errors.New("no such ticket")
	}
	config.Protocol = []string{"binary"}
	return nil
}

func (d *displays) pass(socket *websocket.Conn) {
	d.lock.Lock()
	address := d.server
	d.lock.Unlock()
	socket.PayloadType = websocket.BinaryFrame
	server, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		_, _ = io.Copy(server, socket)
		server.Close()
	}()
	_, _ = io.Copy(socket, server)
}
