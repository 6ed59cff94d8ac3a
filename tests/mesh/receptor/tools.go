//go:build tools

// Package mesh names the program that setup.sh builds, for Go to note what it is made of.
package mesh

import _ "github.com/ansible/receptor/cmd"
