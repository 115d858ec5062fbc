// Package app is the shop behind its pages: the desks with their policies, and
// what a page asks of several of them at once. It knows no HTTP.
package app
