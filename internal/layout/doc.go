// Package layout holds no code, only tests: they read this repository's own
// source and fail where it breaks the plan of the house, which is
//
//   - what lies at the top level of the repository, and nothing else;
//   - which package may import which of ours: only those below it;
//   - what a package that users link may import from elsewhere: no testing, no
//     testify, no database/sql, no net/http, no log, no old math/rand; a package
//     whose name ends in test gets the standard library and ours, nothing more;
//   - that no package which users link starts a goroutine;
//   - which modules the library requires, and that go.work lists every module;
//   - that examples uses the library as a host would, without its internals;
//   - that every package says what it is, in a doc.go of its own;
//   - that the README shows the example which is tested.
//
// The plan itself is the tables in plan_test.go. A new package needs a row
// there. The checks are tested on small trees with one planted breach each.
package layout
