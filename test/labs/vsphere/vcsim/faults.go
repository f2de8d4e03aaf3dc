package main

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// What can be ordered, beside "none". The simulator answers with them as a vCenter does, or tasks end with them.
var faults = map[string]types.BaseMethodFault{
	"NotAuthenticated": &types.NotAuthenticated{NoPermission: types.NoPermission{PrivilegeId: "System.View"}},
	"NoPermission":     &types.NoPermission{PrivilegeId: "VirtualMachine.Interact.PowerOn"},
	"TaskInProgress":   &types.TaskInProgress{},
	"ConcurrentAccess": &types.ConcurrentAccess{},
	"SystemError":      &types.SystemErrorFault{Reason: "vpxd: out of patience"},
}

// POST /lab/fault?method=PowerOnVM_Task&fault=NoPermission&times=1&delay=ms; DELETE takes all of them back.
func faultOnOrder(service *simulator.Service) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			service.ClearFaultRules()
			return
		}
		query := r.URL.Query()
		fault, known := faults[query.Get("fault")]
		if !known {
			http.Error(w, fmt.Sprintf("no fault %q", query.Get("fault")), http.StatusBadRequest)
			return
		}
		times, _ := strconv.Atoi(query.Get("times"))
		delay, _ := strconv.Atoi(query.Get("delay"))
		service.AddFaultRule(&simulator.FaultInjectionRule{
			MethodName:  query.Get("method"),
			ObjectType:  "*",
			ObjectName:  "*",
			Probability: 1,
			FaultType:   simulator.FaultTypeCustom,
			Fault:       fault,
			Message:     "by order of the lab",
			MaxCount:    times,
			Delay:       delay,
			Enabled:     true,
		})
	}
}
