// Package reviewtest proves that an adapter keeps the contract of
// review.Platform, and has a platform in memory to test with.
//
// [TestPlatform] runs every case on an adapter, each against reviews of its own;
// [Cases] returns the same as functions that return errors: the suite is itself
// tested on platforms with planted faults. A [Board] is a platform in memory that
// loses answers by plan.
//
// The package needs the standard library only. A Board is safe for concurrent
// use.
package reviewtest
