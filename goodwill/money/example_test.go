package money_test

import (
	"fmt"

	"github.com/kulanz-go/kulanz/goodwill/money"
)

func ExampleAmount_Allocate() {
	shares, err := money.New(1000, money.EUR).Allocate(nil, []int64{1, 1, 1})
	fmt.Println(shares, err)
	// Output: [3.34 EUR 3.33 EUR 3.33 EUR] <nil>
}

func ExampleAmount_Portion() {
	paid := money.New(2900, money.EUR) // for three
	for unit := range int64(3) {
		refund, err := paid.Portion(unit, unit+1, 3)
		fmt.Println(refund, err)
	}
	// Output:
	// 9.67 EUR <nil>
	// 9.66 EUR <nil>
	// 9.67 EUR <nil>
}

func ExampleLocale_Parse() {
	a, err := money.German.Parse("1.234,56 EUR", money.EUR)
	fmt.Println(a, err)
	fmt.Println(money.English.Format(a))
	_, err = money.German.Parse("1,234.56", money.EUR)
	fmt.Println(err)
	// Output:
	// 1234.56 EUR <nil>
	// €1,234.56
	// money: parse: "1,234.56": not_a_number
}

func ExampleRate_TaxIncluded() {
	rate, _ := money.ParseRate("19")
	tax, err := rate.TaxIncluded(money.New(14900, money.EUR))
	fmt.Println(tax, err)
	// Output: 23.79 EUR <nil>
}
