package quality

import (
	"strconv"

	"github.com/kulanz-go/kulanz/feedback/internal/faulty"
)

// check looks at a value and collects what is wrong with it.
type check struct{ faulty.List }

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
