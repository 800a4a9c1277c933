package main

import (
	"encoding/json"
	"fmt"
	"net/http"
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

// httpHandler serves what Milvus serves on its metrics port. A standby counts as OK in /healthz;
// /management/check/ready (from 2.4.5) answers OK only for a Healthy one, so only for the ACTIVE.
func httpHandler(coordinators []*coordinator, serverID int64) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) {
		type indicator struct {
			Name string `json:"name"`
			Code state  `json:"code"`
		}
		var detail []indicator
		good := 0
		for _, c := range coordinators {
			code := c.state()
			detail = append(detail, indicator{Name: c.role, Code: code})
			if code == healthy || code == standBy {
				good++
			}
		}
		text, status := "OK", http.StatusOK
		if good < len(detail) {
			text = fmt.Sprintf("Not all components are healthy, %d/%d", good, len(detail))
			status = http.StatusInternalServerError
		}
		if r.Header.Get("Content-Type") != "application/json" {
			w.Header().Set("Content-Type", "text/plain")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(text))
			return
		}
		answer, _ := json.Marshal(struct {
			State  string      `json:"state"`
			Detail []indicator `json:"detail"`
		}{text, detail})
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write(answer)
	})
	mux.HandleFunc("/management/check/ready", func(w http.ResponseWriter, r *http.Request) {
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
	})
	mux.HandleFunc("/metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		_, _ = fmt.Fprint(w, "# HELP milvus_num_node number of nodes and coordinates\n# TYPE milvus_num_node gauge\n")
		for _, c := range coordinators {
			if c.state() == healthy { // counted in after registering as ACTIVE only
				_, _ = fmt.Fprintf(w, "milvus_num_node{node_id=\"%d\",role_name=%q} 1\n", serverID, c.role)
			}
		}
	})
	return mux
}
