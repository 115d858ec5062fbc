// Package store opens the shop's database: the library's tables (package
// sqlstore), River's (package jobs) and the shop's own, in SQLite or PostgreSQL.
//
// The shop's own tables hold what the library leaves to its host: names and
// addresses of customers, orders, agents with their passwords, files, settings,
// sessions and the audit log. Statements are written once, with parameters $1 and
// so on, and run on both.
package store
