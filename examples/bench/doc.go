// Bench sets the library against others that do the same, side by side in one
// run, so that load and machine are the same for both:
//
//	go run ./examples/bench
//	go run ./examples/bench -tone    the reading of tone alone, and how often it is right
//
// Each row is one question to both; the ratio is how many times longer the
// other takes. A goal is what the library promises; a row that misses it, or
// an answer of ours that the oracle refutes, makes the exit status 1.
// Figures are medians of rounds that alternate; -round sets their length.
package main
