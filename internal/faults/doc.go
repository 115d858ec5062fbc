// Package faults lets calls of a store go wrong by plan: what the fault stores
// of several suites do alike. Their exported types are their own, and of the
// same shape.
package faults
