package app

import (
	"context"
	"errors"

	"github.com/kulanz-go/kulanz/goodwill"
)

// NoPayer is for programs that give no money back.
type NoPayer struct{}

var errNoPayer = errors.New("app: no payer")

// Pay implements goodwill.Payer.
func (NoPayer) Pay(context.Context, goodwill.Payout) (goodwill.Receipt, error) {
	return goodwill.Receipt{}, errNoPayer
}

// Find implements goodwill.Payer.
func (NoPayer) Find(context.Context, goodwill.Payout) (goodwill.Receipt, error) {
	return goodwill.Receipt{}, errNoPayer
}
