package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// logLine prints in Milvus' layout, `[time] [LEVEL] ["message"] [key=value]`, so that `kubectl logs` reads as it
// does with Milvus. One write per line: lines of several roles never mix.
func logLine(level, message string, fields ...any) {
	if level == "DEBUG" && quiet {
		return
	}
	var line strings.Builder
	fmt.Fprintf(&line, "[%s] [%s] [%q]", time.Now().Format("2006/01/02 15:04:05.000 -07:00"), level, message)
	for i := 0; i+1 < len(fields); i += 2 {
		value := fmt.Sprint(fields[i+1])
		if strings.ContainsAny(value, " \"[]=") {
			value = fmt.Sprintf("%q", value)
		}
		fmt.Fprintf(&line, " [%v=%s]", fields[i], value)
	}
	line.WriteByte('\n')
	_, _ = os.Stdout.WriteString(line.String())
}

// quiet drops debug lines: log.level above debug. The stand-in's default is debug, so that "is in STANDBY" shows.
var quiet bool

func debug(message string, fields ...any) { logLine("DEBUG", message, fields...) }
func info(message string, fields ...any)  { logLine("INFO", message, fields...) }
func warn(message string, fields ...any)  { logLine("WARN", message, fields...) }
