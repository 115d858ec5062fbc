package main

import (
	"fmt"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/rights"
)

// rightsAnswers answers the kinds of goodwill that are sums of the law.
func rightsAnswers() map[string]answer {
	return map[string]answer{
		"withdrawal":      withdrawal,
		"price_reduction": priceReduction,
	}
}

func withdrawal(c mixedCase) (any, error) {
	in, err := read[struct {
		Goods    int64         `json:"goods_paid"`
		Standard int64         `json:"standard_shipping"`
		Chosen   int64         `json:"chosen_shipping"`
		Loss     int64         `json:"value_loss"`
		Told     bool          `json:"instructed"`
		Return   *rights.Party `json:"return_cost_by"` // of the cost of return, which is paid to the carrier
	}](c)
	if err != nil {
		return nil, err
	}
	currency, err := money.ParseCurrency(c.Currency)
	if err != nil {
		return nil, err
	}
	of := func(minor int64) money.Amount { return money.New(minor, currency) }
	r, err := rights.Reverse(of(in.Goods), of(in.Standard), of(in.Chosen), of(in.Loss), in.Told)
	return map[string]int64{
		"goods": r.Goods.Minor(), "shipping": r.Delivery.Minor(), "express_surcharge_kept": r.Surcharge.Minor(),
		"value_loss": r.ValueLoss.Minor(), "total": r.Total.Minor(),
	}, err
}

func priceReduction(c mixedCase) (any, error) {
	in, err := read[struct {
		Price  int64 `json:"price"`
		Actual int64 `json:"actual_value"`
		Sound  int64 `json:"sound_value"`
	}](c)
	if err != nil {
		return nil, err
	}
	currency, err := money.ParseCurrency(c.Currency)
	if err != nil {
		return nil, err
	}
	of := func(minor int64) money.Amount { return money.New(minor, currency) }
	reduced, back, err := rights.Reduce(of(in.Price), of(in.Actual), of(in.Sound))
	if err != nil {
		return nil, fmt.Errorf("price %d: %w", in.Price, err)
	}
	return map[string]int64{"reduced_price": reduced.Minor(), "refund": back.Minor()}, nil
}
