package main

import "io"

// Run is run, for the tests.
func Run(files []string, out, errs io.Writer) int {
	return run(files, out, errs)
}

// RunTable runs one table's bytes.
func RunTable(data []byte) error {
	k, err := recognise(data)
	if err != nil {
		return err
	}
	_, err = k.run(data)
	return err
}

// Answer is answer over an input of a given type.
type Answer[T any] func(in T, currency string) (any, error)

// RunMixed runs a table whose one kind of case is "test", and returns the
// faults by case.
func RunMixed[T any](data []byte, f Answer[T]) (map[string][]string, error) {
	results, err := runMixed(map[string]answer{"test": func(c mixedCase) (any, error) {
		in, err := read[T](c)
		if err != nil {
			return nil, err
		}
		return f(in, c.Currency)
	}})(data)
	faults := map[string][]string{}
	for _, r := range results {
		faults[r.id] = r.faults
	}
	return faults, err
}
