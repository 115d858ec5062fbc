package money

import "sort"

// Currency is a currency of ISO 4217, with the number of its decimals. The
// zero value is none. Compare with ==. Use the constants or [ParseCurrency]; a
// number that is converted by hand is not checked until it is read or written.
type Currency uint32

// Some currencies by name; [ParseCurrency] knows them all. A constant holds
// the three letters and, in its last byte, the decimals.
const (
	EUR = Currency('E'<<24 | 'U'<<16 | 'R'<<8 | 2)
	USD = Currency('U'<<24 | 'S'<<16 | 'D'<<8 | 2)
	GBP = Currency('G'<<24 | 'B'<<16 | 'P'<<8 | 2)
	CHF = Currency('C'<<24 | 'H'<<16 | 'F'<<8 | 2)
	SEK = Currency('S'<<24 | 'E'<<16 | 'K'<<8 | 2)
	NOK = Currency('N'<<24 | 'O'<<16 | 'K'<<8 | 2)
	DKK = Currency('D'<<24 | 'K'<<16 | 'K'<<8 | 2)
	PLN = Currency('P'<<24 | 'L'<<16 | 'N'<<8 | 2)
	CZK = Currency('C'<<24 | 'Z'<<16 | 'K'<<8 | 2)
	HUF = Currency('H'<<24 | 'U'<<16 | 'F'<<8 | 2)
	RON = Currency('R'<<24 | 'O'<<16 | 'N'<<8 | 2)
	ISK = Currency('I'<<24 | 'S'<<16 | 'K'<<8)
	JPY = Currency('J'<<24 | 'P'<<16 | 'Y'<<8)
	KWD = Currency('K'<<24 | 'W'<<16 | 'D'<<8 | 3)
	CLF = Currency('C'<<24 | 'L'<<16 | 'F'<<8 | 4)
)

// iso4217 is list one of ISO 4217 as of 2026-11, in order, each code with its
// exponent. Left out is what has none: metals, bond units, testing, no
// currency. Kept though withdrawn, so that old orders can be read: ANG, BGN,
// CUC, HRK, SLL, ZWL.
const iso4217 = "" +
	"AED2AFN2ALL2AMD2ANG2AOA2ARS2AUD2AWG2AZN2BAM2BBD2BDT2BGN2BHD3BIF0BMD2BND2BOB2BOV2BRL2BSD2BTN2BWP2BYN2BZD2" +
	"CAD2CDF2CHE2CHF2CHW2CLF4CLP0CNY2COP2COU2CRC2CUC2CUP2CVE2CZK2DJF0DKK2DOP2DZD2EGP2ERN2ETB2EUR2FJD2FKP2GBP2" +
	"GEL2GHS2GIP2GMD2GNF0GTQ2GYD2HKD2HNL2HRK2HTG2HUF2IDR2ILS2INR2IQD3IRR2ISK0JMD2JOD3JPY0KES2KGS2KHR2KMF0KPW2" +
	"KRW0KWD3KYD2KZT2LAK2LBP2LKR2LRD2LSL2LYD3MAD2MDL2MGA2MKD2MMK2MNT2MOP2MRU2MUR2MVR2MWK2MXN2MXV2MYR2MZN2NAD2" +
	"NGN2NIO2NOK2NPR2NZD2OMR3PAB2PEN2PGK2PHP2PKR2PLN2PYG0QAR2RON2RSD2RUB2RWF0SAR2SBD2SCR2SDG2SEK2SGD2SHP2SLE2" +
	"SLL2SOS2SRD2SSP2STN2SVC2SYP2SZL2THB2TJS2TMT2TND3TOP2TRY2TTD2TWD2TZS2UAH2UGX0USD2USN2UYI0UYU2UYW4UZS2VED2" +
	"VES2VND0VUV0WST2XAF0XCD2XCG2XOF0XPF0YER2ZAR2ZMW2ZWG2ZWL2"

const codeWidth = len("EUR2")

// ParseCurrency returns the currency of a code like "EUR". Lower case and
// unknown codes are an [ErrCurrency].
func ParseCurrency(code string) (Currency, error) {
	n := len(iso4217) / codeWidth
	i := sort.Search(n, func(i int) bool { return iso4217[i*codeWidth:i*codeWidth+codeWidth-1] >= code })
	if i == n || iso4217[i*codeWidth:i*codeWidth+codeWidth-1] != code {
		return 0, fault("currency", CodeCurrency, code)
	}
	e := iso4217[i*codeWidth : (i+1)*codeWidth]
	return Currency(e[0])<<24 | Currency(e[1])<<16 | Currency(e[2])<<8 | Currency(e[3]-'0'), nil
}

// Currencies returns all that are known, in order of code.
func Currencies() []Currency {
	all := make([]Currency, 0, len(iso4217)/codeWidth)
	for i := 0; i < len(iso4217); i += codeWidth {
		e := iso4217[i : i+codeWidth]
		all = append(all, Currency(e[0])<<24|Currency(e[1])<<16|Currency(e[2])<<8|Currency(e[3]-'0'))
	}
	return all
}

// Code returns the three letters, "" for no currency.
func (c Currency) Code() string {
	if c == 0 {
		return ""
	}
	return string([]byte{byte(c >> 24), byte(c >> 16 & 0xff), byte(c >> 8 & 0xff)})
}

// Decimals returns how many decimals the currency has: the minor unit is
// 10^-Decimals of the unit.
func (c Currency) Decimals() int { return int(c & 0xff) }

// Valid reports whether the currency is one that [ParseCurrency] knows.
func (c Currency) Valid() bool {
	known, err := ParseCurrency(c.Code())
	return err == nil && known == c
}

// String is the code, "no currency" for the zero value.
func (c Currency) String() string {
	if c == 0 {
		return "no currency"
	}
	return c.Code()
}

// MarshalText writes the code; a currency that is not known is an
// [ErrCurrency].
func (c Currency) MarshalText() ([]byte, error) {
	if !c.Valid() {
		return nil, fault("currency", CodeCurrency, c.Code())
	}
	return []byte(c.Code()), nil
}

// UnmarshalText reads a code.
func (c *Currency) UnmarshalText(text []byte) error {
	v, err := ParseCurrency(string(text))
	if err != nil {
		return err
	}
	*c = v
	return nil
}

// pow10 returns 10^n; n is at most 18.
func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}
