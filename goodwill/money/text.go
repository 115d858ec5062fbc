package money

import (
	"math"
	"strconv"
	"strings"
)

// Parse reads a number of units with a point, like "12.30" or "-5", as an
// amount. It is strict: no spaces, no separators of thousands, no exponent, no
// plus, no bare point, and no more decimals than the currency has
// ([CodeDecimals]). For what people write there is [Locale.Parse].
func Parse(text string, c Currency) (Amount, error) {
	if c == 0 {
		return Amount{}, fault("parse", CodeNoCurrency, "")
	}
	num, decimals, code := parseNumber(text, c.Decimals())
	if code != "" {
		return Amount{}, fault("parse", code, text)
	}
	return raise(num, c.Decimals()-decimals, c, "parse", text)
}

// raise puts the decimals that were not written behind a number.
func raise(num int64, missing int, c Currency, op, text string) (Amount, error) {
	v, ok := mulDiv(num, pow10(missing), 1, Down)
	if !ok {
		return Amount{}, fault(op, CodeOverflow, text)
	}
	return Amount{v, c}, nil
}

// maxText bounds what is read as a number; no amount is longer.
const maxText = 64

// parseNumber reads digits with an optional minus and point as a whole number
// and how many of its digits stood behind the point, or says what is wrong.
func parseNumber(text string, maxDecimals int) (int64, int, Code) {
	if len(text) > maxText {
		return 0, 0, CodeDigits
	}
	body, negative := strings.CutPrefix(text, "-")
	whole, fraction, point := strings.Cut(body, ".")
	switch {
	case isExponent(body):
		return 0, 0, CodeExponent
	case !digits(whole) || point && !digits(fraction):
		return 0, 0, CodeNotNumber
	case len(fraction) > maxDecimals:
		return 0, 0, CodeDecimals
	}
	m, err := strconv.ParseUint(whole+fraction, 10, 64)
	if err != nil {
		return 0, 0, CodeOverflow // the digits are checked
	}
	num, ok := signed(m, negative)
	if !ok {
		return 0, 0, CodeOverflow
	}
	return num, len(fraction), ""
}

// isExponent reports whether a text would be a number but for its exponent.
func isExponent(body string) bool {
	i := strings.IndexAny(body, "eE")
	if i < 0 {
		return false
	}
	whole, fraction, point := strings.Cut(body[:i], ".")
	return digits(whole) && (!point || digits(fraction)) && digits(strings.TrimLeft(body[i+1:], "+-"))
}

// digits reports whether a text is decimal digits, at least one.
func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// numberText writes num / 10^decimals with all its decimals.
func numberText(num int64, decimals int) string {
	buf := make([]byte, 0, 24)
	if num < 0 {
		buf = append(buf, '-')
	}
	return string(appendNumber(buf, magnitude(num), decimals, '.', 0))
}

// appendNumber writes m / 10^decimals. A group of 0 separates no thousands.
func appendNumber(buf []byte, m uint64, decimals int, point byte, group byte) []byte {
	var rev [40]byte // 20 digits, 6 groups, a point, and zeros in front
	n := 0
	for i := 0; m > 0 || i <= decimals; i++ {
		if i == decimals && i > 0 {
			rev[n] = point
			n++
		}
		if group != 0 && i > decimals && (i-decimals)%3 == 0 {
			rev[n] = group
			n++
		}
		rev[n] = byte('0' + m%10)
		m /= 10
		n++
	}
	for n--; n >= 0; n-- {
		buf = append(buf, rev[n])
	}
	return buf
}

// String writes the amount as "10.50 EUR", with all decimals of its currency;
// no amount is "no amount".
func (a Amount) String() string {
	if a.currency == 0 && a.minor == 0 {
		return "no amount"
	}
	return a.Number() + " " + a.currency.String()
}

// Number writes the amount without its currency, as [Parse] reads it: "10.50".
func (a Amount) Number() string {
	return numberText(a.minor, min(a.currency.Decimals(), maxPlaces))
}

// ParseText reads what [Amount.String] writes: a number and, after one space,
// the code of its currency.
func ParseText(text string) (Amount, error) {
	number, code, ok := strings.Cut(text, " ")
	if !ok {
		if _, _, wrong := parseNumber(text, math.MaxInt); wrong != "" && text != "" {
			return Amount{}, fault("parse", wrong, text)
		}
		return Amount{}, fault("parse", CodeNoCurrency, text)
	}
	c, err := ParseCurrency(code)
	if err != nil {
		return Amount{}, err
	}
	return Parse(number, c)
}

// MarshalText writes the amount as [Amount.String] does. No amount and one of
// an unknown currency are an [ErrCurrency]: give a field that may be empty the
// option omitzero.
func (a Amount) MarshalText() ([]byte, error) {
	if !a.currency.Valid() {
		return nil, fault("write", CodeNoCurrency, a.currency.Code())
	}
	return []byte(a.String()), nil
}

// UnmarshalText reads what [Amount.MarshalText] writes.
func (a *Amount) UnmarshalText(text []byte) error {
	v, err := ParseText(string(text))
	if err != nil {
		return err
	}
	*a = v
	return nil
}

// UnmarshalJSON reads a string like "10.50 EUR". Null, which is not 0, and
// numbers, which may have been floats on the way, are an [ErrInvalid].
func (a *Amount) UnmarshalJSON(data []byte) error {
	return unmarshalString("amount", data, a.UnmarshalText)
}
