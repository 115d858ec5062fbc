// Package web is the shop's desk in a browser: net/http, html/template, one
// stylesheet. Pages for customers need no script. Everything that a page shows or
// does goes through package app and its desks.
package web
