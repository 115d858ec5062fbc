package invalid

import "strings"

// Lines lists errors in their order, one a line.
func Lines[E error](list []E) string {
	lines := make([]string, len(list))
	for i, e := range list {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Each returns the errors one by one, as [errors.Is] and [errors.As] unwrap
// them.
func Each[E error](list []E) []error {
	each := make([]error, len(list))
	for i, e := range list {
		each[i] = e
	}
	return each
}
