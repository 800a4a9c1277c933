package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestConfigNamesAndPriority(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("milvus.yaml", "etcd:\n  endpoints: [a:1, b:2]\n  rootPath: by-dev\nrootCoord:\n  port: 53100\n  enableActiveStandby: false\n")
	write("user.yaml", "etcd:\n  rootPath: mine\n")
	c, err := loadConfig(dir, []string{
		"ROOT_COORD_ENABLE_ACTIVE_STANDBY=true", "ETCD_META_SUB_PATH=sub", "COMMON_SESSION_TTL=7",
		"ROOTCOORD_PORT=tcp://10.96.0.7:53100", "ROOTCOORD_IP=10.1.0.3", "MILVUS_CONF_ETCD_ROOT_PATH=forced", "ETCD_ROOTPATH=other",
	})
	if err != nil {
		t.Fatal(err)
	}
	address, err := c.address(rootCoord)
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range []struct{ what, got, want string }{
		{"lists become comma lists", c.text("etcd.endpoints", ""), "a:1,b:2"},
		{"MILVUS_CONF_ wins, then env, then user.yaml", c.sessionRoot(), "forced/sub/session"},
		{"a Service's variable overwrites the port", address, "10.1.0.3:tcp://10.96.0.7:53100"},
	} {
		if check.got != check.want {
			t.Errorf("%s: %q, want %q", check.what, check.got, check.want)
		}
	}
	if !c.activeStandby(rootCoord) || !c.activeStandby(mixCoord) || c.activeStandby(dataCoord) {
		t.Error("flags: rootcoord by its own, mixcoord by rootcoord's, datacoord off")
	}
	if c.number("common.session.ttl", 30) != 7 {
		t.Error("the TTL is not read")
	}
}

func TestProfilePerRelease(t *testing.T) {
	for release, want := range map[string]string{
		"2.2.8": "2.2.3", "v2.3.3": "2.3.3", "2.4.4": "2.4", "2.5.12-broken": "2.4.5", "2.6.0": "2.6.0", "2.6.5": "2.6.1",
		"2.6.6": "2.6.6", "2.6.7": "2.6.7", "2.6.15": "2.6.8", "3.1.0": "3.0",
	} {
		v, err := parseVersion(release)
		if err != nil {
			t.Fatal(err)
		}
		if p, err := profileOf(v); err != nil || p.label != want {
			t.Errorf("%s: %q %v, want %q", release, p.label, err, want)
		}
	}
	if _, err := profileOf(version{2, 2, 2}); err == nil {
		t.Error("2.2.2 has no active-standby")
	}
}
