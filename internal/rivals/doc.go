// Package rivals lets several callers at one thing at once: what the suites of
// stores do alike.
package rivals
