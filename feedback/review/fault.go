package review

import (
	"github.com/kulanz-go/kulanz/feedback/internal/faulty"
)

// check looks at a value and collects what is wrong with it.
type check struct{ faulty.List }
