package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// state is Milvus' StateCode.
type state int32

const (
	initializing state = iota
	healthy
	abnormal
	standBy
	stopping
)

func (s state) String() string {
	return [...]string{"Initializing", "Healthy", "Abnormal", "StandBy", "Stopping"}[s]
}

type indicator struct {
	Name string `json:"name"`
	Code state  `json:"code"`
}

// order is that of a process with all roles.
var order = []string{rootCoord, dataCoord, indexCoord, queryCoord, mixCoord}

// indicators are the states of the process' roles. From 2.3 to 2.5 indexcoord is a role without anything in it, which
// is always well.
func indicators(coordinators []*coordinator, emptyIndex bool) []indicator {
	var all []indicator
	for _, c := range coordinators {
		all = append(all, indicator{Name: c.role, Code: c.state()})
	}
	if emptyIndex && !slices.ContainsFunc(all, func(i indicator) bool { return i.Name == indexCoord }) {
		all = append(all, indicator{Name: indexCoord, Code: healthy})
	}
	slices.SortFunc(all, func(a, b indicator) int {
		return slices.Index(order, a.Name) - slices.Index(order, b.Name)
	})
	return all
}

// summary is the text of /healthz: "OK" when every role is Healthy or StandBy.
func summary(all []indicator, traits profile) string {
	good := 0
	for _, each := range all {
		if each.Code == healthy || each.Code == standBy {
			good++
		} else if traits.namesState {
			return fmt.Sprintf("component %s state is %s", each.Name, each.Code)
		}
	}
	if good < len(all) {
		return fmt.Sprintf("Not all components are healthy, %d/%d", good, len(all))
	}
	return "OK"
}

// httpHandler serves what Milvus serves on its metrics port. A standby counts as OK in /healthz;
// /management/check/ready (from 2.4.5) answers OK only for a Healthy one, so only for the ACTIVE.
func httpHandler(coordinators []*coordinator, emptyIndex bool, traits profile) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) {
		detail := indicators(coordinators, emptyIndex)
		text := summary(detail, traits)
		// Milvus sets the type after the status, which is too late: JSON goes out as text, too.
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if text != "OK" {
			w.WriteHeader(http.StatusInternalServerError)
		}
		if r.Header.Get("Content-Type") != "application/json" {
			_, _ = w.Write([]byte(text))
			return
		}
		answer, _ := json.Marshal(struct {
			State  string      `json:"state"`
			Detail []indicator `json:"detail"`
		}{text, detail})
		_, _ = w.Write(answer)
	})
	if traits.managed {
		mux.HandleFunc("/management/check/ready", checkReady(coordinators))
	}
	mux.HandleFunc("/metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		_, _ = fmt.Fprint(w, "# HELP milvus_num_node number of nodes and coordinates\n# TYPE milvus_num_node gauge\n")
		for _, c := range coordinators {
			if c.state() == healthy { // counted in after registering as ACTIVE only
				_, _ = fmt.Fprintf(w, "milvus_num_node{node_id=\"%d\",role_name=%q} 1\n", c.session.serverID, c.role)
			}
		}
	})
	return mux
}

func checkReady(coordinators []*coordinator) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		role := r.URL.Query().Get("role")
		w.Header().Set("Content-Type", "application/json")
		for _, c := range coordinators {
			if c.role != role {
				continue
			}
			if code := c.state(); code != healthy {
				w.WriteHeader(http.StatusInternalServerError)
				_, _ = fmt.Fprintf(w, `{"msg": "component [%s] in [%s] is not healthy"}`, role, code)
				return
			}
			_, _ = fmt.Fprint(w, `{"msg": "OK"}`)
			return
		}
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = fmt.Fprintf(w, `{"msg": "component [%s] is not found"}`, role)
	}
}
