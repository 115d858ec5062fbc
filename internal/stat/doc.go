// Package stat holds the statistics that several packages share. It is the
// only place where distribution functions are called; all of it is pure.
package stat
