// Package declared reads from a package's own source which constants it
// declares, so that a test can walk over all of them, those of tomorrow too.
package declared
