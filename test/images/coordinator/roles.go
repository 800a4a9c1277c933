package main

import (
	"fmt"
	"slices"
	"strings"
)

const (
	rootCoord  = "rootcoord"
	queryCoord = "querycoord"
	dataCoord  = "datacoord"
	indexCoord = "indexcoord"
	mixCoord   = "mixcoord"
)

// configPrefix is where a role's settings stand in milvus.yaml.
var configPrefix = map[string]string{
	rootCoord: "rootCoord", queryCoord: "queryCoord", dataCoord: "dataCoord", indexCoord: "indexCoord", mixCoord: "mixCoord",
}

// defaultPort is the gRPC port of a role in every version from 2.2 on.
var defaultPort = map[string]string{rootCoord: "53100", queryCoord: "19531", dataCoord: "13333", indexCoord: "31000"}

// rolesOf reads `run rootcoord` or `run mixture -rootcoord -querycoord ...` the way the given generation does.
func rolesOf(args []string, p profile) ([]string, error) {
	if len(args) < 2 || args[0] != "run" {
		return nil, fmt.Errorf("usage: milvus run SERVER [flags]")
	}
	server := args[1]
	if server != "mixture" {
		known := []string{rootCoord, queryCoord, dataCoord, indexCoord}
		if p.mixcoordOnly {
			known = []string{mixCoord}
		}
		if !slices.Contains(known, server) {
			return nil, fmt.Errorf("Unknown server type = %s", server) // Milvus' own words
		}
		return []string{server}, nil
	}
	var asked []string
	for _, flag := range args[2:] {
		name, value, _ := strings.Cut(strings.TrimLeft(flag, "-"), "=")
		if _, isRole := configPrefix[name]; isRole && value != "false" {
			asked = append(asked, name)
		}
	}
	if !p.mixcoordOnly {
		if len(asked) == 0 {
			return nil, fmt.Errorf("mixture without a role")
		}
		return asked, nil
	}
	for _, needed := range []string{rootCoord, queryCoord, dataCoord} {
		if !slices.Contains(asked, needed) {
			return nil, fmt.Errorf("Unknown server type = mixture without %s", needed)
		}
	}
	return []string{mixCoord}, nil
}
