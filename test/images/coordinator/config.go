package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"gopkg.in/yaml.v3"
)

// config answers Milvus' configuration keys ("etcd.rootPath"). Files in /milvus/configs come first, environment
// variables win. Milvus compares names after the same simplification on both sides (2.2 to 3.x), so that
// ROOT_COORD_ENABLE_ACTIVE_STANDBY and rootCoord.enableActiveStandby are one key, and so that a ROOTCOORD_PORT
// injected for a Service named rootcoord overwrites rootCoord.port.
type config struct{ values map[string]string }

func simplify(key string) string {
	key = strings.TrimPrefix(strings.ToLower(key), "milvus.")
	return strings.NewReplacer("/", "", "_", "", ".", "").Replace(key)
}

// loadConfig reads the files of dir, a later name over an earlier one, then environ ("NAME=value").
func loadConfig(dir string, environ []string) (config, error) {
	c := config{values: map[string]string{}}
	for _, name := range []string{"milvus.yaml", "default.yaml", "user.yaml"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return c, fmt.Errorf("reading %s: %w", name, err)
		}
		var tree any
		if err := yaml.Unmarshal(text, &tree); err != nil {
			return c, fmt.Errorf("reading %s: %w", name, err)
		}
		c.flatten("", tree)
	}
	const prefix = "MILVUS_CONF_"
	for _, pass := range []bool{false, true} { // the prefixed form has the last word
		for _, entry := range environ {
			name, value, _ := strings.Cut(entry, "=")
			if strings.HasPrefix(name, prefix) == pass {
				c.values[simplify(strings.TrimPrefix(name, prefix))] = value
			}
		}
	}
	return c, nil
}

func (c config) flatten(prefix string, node any) {
	switch node := node.(type) {
	case map[string]any:
		for key, child := range node {
			c.flatten(prefix+"."+key, child)
		}
	case []any:
		parts := make([]string, len(node))
		for i, part := range node {
			parts[i] = fmt.Sprint(part)
		}
		c.values[simplify(prefix)] = strings.Join(parts, ",")
	case nil:
	default:
		c.values[simplify(prefix)] = fmt.Sprint(node)
	}
}

func (c config) text(key, fallback string) string {
	if value, ok := c.values[simplify(key)]; ok && value != "" {
		return value
	}
	return fallback
}

func (c config) flag(key string) bool {
	on, _ := strconv.ParseBool(c.text(key, "false"))
	return on
}

func (c config) number(key string, fallback int64) int64 {
	if n, err := strconv.ParseInt(c.text(key, ""), 10, 64); err == nil {
		return n
	}
	return fallback
}

func (c config) millis(key string, fallback time.Duration) time.Duration {
	return time.Duration(c.number(key, fallback.Milliseconds())) * time.Millisecond
}

// lacksKvSubPath: etcd's endpoints and root path come from the environment, and its sub-path of kv does not. 2.2 then
// looks for that in the environment alone.
func (c config) lacksKvSubPath(environ []string) bool {
	set := map[string]bool{}
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		set[simplify(name)] = true
	}
	return set[simplify("etcd.endpoints")] && set[simplify("etcd.rootPath")] && !set[simplify("etcd.kvSubPath")]
}

// sessionRoot is the folder of all session keys: <rootPath>/<metaSubPath>/session.
func (c config) sessionRoot() string {
	return path.Join(c.text("etcd.rootPath", "by-dev"), c.text("etcd.metaSubPath", "meta"), "session")
}

// activeStandby reads the role's flag; mixcoord falls back to rootcoord's (2.6.0 to 2.6.7).
func (c config) activeStandby(role string) bool {
	if role == mixCoord && c.text(configPrefix[role]+".enableActiveStandby", "") == "" {
		role = rootCoord
	}
	return c.flag(configPrefix[role] + ".enableActiveStandby")
}

// address is <ip>:<port> as Milvus writes it into the session: the port is not checked to be one.
func (c config) address(role string) (string, error) {
	if role == mixCoord { // mixcoord serves on rootcoord's port
		role = rootCoord
	}
	prefix := configPrefix[role]
	ip := c.text(prefix+".ip", "")
	if ip == "" {
		var err error
		if ip, err = firstUnicast(); err != nil {
			return "", err
		}
	}
	return ip + ":" + c.text(prefix+".port", defaultPort[role]), nil
}

func firstUnicast() (string, error) {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return "", fmt.Errorf("looking for the pod's address: %w", err)
	}
	for _, addr := range addrs {
		if ip, ok := addr.(*net.IPNet); ok && ip.IP.IsGlobalUnicast() && ip.IP.To4() != nil {
			return ip.IP.String(), nil
		}
	}
	return "127.0.0.1", nil
}

// etcdClient connects as Milvus does: endpoints, optional user and TLS.
func (c config) etcdClient() (*clientv3.Client, error) {
	settings := clientv3.Config{
		Endpoints:   strings.Split(c.text("etcd.endpoints", "localhost:2379"), ","),
		DialTimeout: 5 * time.Second,
		// How soon a dead connection is noticed, as up to 2.6.5; later releases have it shorter and settable.
		DialKeepAliveTime:    10 * time.Second,
		DialKeepAliveTimeout: 20 * time.Second,
		Logger:               zap.NewNop(),
	}
	if c.flag("etcd.auth.enabled") {
		settings.Username, settings.Password = c.text("etcd.auth.userName", ""), c.text("etcd.auth.password", "")
		if settings.Username == "" || settings.Password == "" {
			return nil, errors.New("etcd.auth.enabled without userName and password")
		}
	}
	if c.flag("etcd.ssl.enabled") {
		var err error
		if settings.TLS, err = c.etcdTLS(); err != nil {
			return nil, err
		}
	}
	client, err := clientv3.New(settings)
	if err != nil {
		return nil, fmt.Errorf("connecting to etcd: %w", err)
	}
	return client, nil
}

func (c config) etcdTLS() (*tls.Config, error) {
	settings := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.text("etcd.ssl.tlsMinVersion", "") == "1.3" {
		settings.MinVersion = tls.VersionTLS13
	}
	if ca := c.text("etcd.ssl.tlsCACert", ""); ca != "" {
		text, err := os.ReadFile(ca)
		if err != nil {
			return nil, fmt.Errorf("reading etcd.ssl.tlsCACert: %w", err)
		}
		settings.RootCAs = x509.NewCertPool()
		if !settings.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("etcd.ssl.tlsCACert %s holds no certificate", ca)
		}
	}
	if cert := c.text("etcd.ssl.tlsCert", ""); cert != "" {
		pair, err := tls.LoadX509KeyPair(cert, c.text("etcd.ssl.tlsKey", ""))
		if err != nil {
			return nil, fmt.Errorf("reading etcd.ssl.tlsCert: %w", err)
		}
		settings.Certificates = []tls.Certificate{pair}
	}
	return settings, nil
}
