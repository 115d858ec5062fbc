package money

import "strings"

// Locale is a way to write amounts for people.
type Locale string

// The locales.
const (
	German  Locale = "de" // 1.234,56 €
	English Locale = "en" // €1,234.56
)

// noBreak keeps number and currency on one line.
const noBreak = "\u00a0"

// separators returns the point and the mark of thousands.
func (l Locale) separators() (byte, byte, bool) {
	switch l {
	case German:
		return ',', '.', true
	case English:
		return '.', ',', true
	}
	return 0, 0, false
}

// Format writes an amount as people of the locale read it, after CLDR: German
// "1.234,56 €" with a no-break space, English "€1,234.56". Currencies without a
// sign that is theirs alone have their code: "1.234,560 KWD", "KWD 1,234.560".
// An unknown locale writes [Amount.String].
func (l Locale) Format(a Amount) string {
	point, group, ok := l.separators()
	if !ok || a.currency == 0 {
		return a.String()
	}
	var room [64]byte
	buf := room[:0]
	if a.minor < 0 {
		buf = append(buf, '-')
	}
	sign, short := symbol(a.currency)
	if l == English {
		buf = append(buf, sign...)
		if !short {
			buf = append(buf, noBreak...)
		}
	}
	buf = appendNumber(buf, magnitude(a.minor), min(a.currency.Decimals(), maxPlaces), point, group)
	if l == German {
		buf = append(append(buf, noBreak...), sign...)
	}
	return string(buf)
}

// symbol returns the sign of a currency, or its code and false.
func symbol(c Currency) (string, bool) {
	signs := [...]struct {
		currency Currency
		sign     string
	}{{EUR, "€"}, {USD, "$"}, {GBP, "£"}, {JPY, "¥"}}
	for _, s := range signs {
		if s.currency == c {
			return s.sign, true
		}
	}
	return c.Code(), false
}

// Parse reads what a person of the locale writes: "1.234,56" or "1234,56 EUR"
// or "-5 €" in German, "€1,234.56" in English. The currency may stand before or
// behind the number, as code or sign, and must be c if it stands there. Points
// and commas are never guessed: thousands must be in groups of three
// ([CodeGrouping]), and "1.234" is 1234 in German whatever the currency.
func (l Locale) Parse(text string, c Currency) (Amount, error) {
	point, group, ok := l.separators()
	switch {
	case !ok:
		return Amount{}, fault("parse", CodeLocale, string(l))
	case c == 0:
		return Amount{}, fault("parse", CodeNoCurrency, "")
	case len(text) > maxText:
		return Amount{}, fault("parse", CodeDigits, text)
	}
	body, err := stripCurrency(text, c)
	if err != nil {
		return Amount{}, err
	}
	sign := ""
	if rest, negative := strings.CutPrefix(body, "-"); negative {
		sign, body = "-", rest
	}
	whole, fraction, hasPoint := strings.Cut(body, string(point))
	whole, code := ungroup(whole, string(group))
	if hasPoint && !digits(fraction) {
		code = CodeNotNumber
	}
	if code != "" {
		return Amount{}, fault("parse", code, text)
	}
	number := sign + whole
	if hasPoint {
		number += "." + fraction
	}
	a, err := Parse(number, c)
	if err != nil {
		return Amount{}, fault("parse", CodeOf(err), text)
	}
	return a, nil
}

// ungroup takes the separators of thousands out, or says what is wrong.
func ungroup(whole, group string) (string, Code) {
	parts := strings.Split(whole, group)
	joined := strings.Join(parts, "")
	if !digits(joined) {
		return "", CodeNotNumber
	}
	for i, p := range parts {
		if len(parts) > 1 && (len(p) > 3 || p == "" || i > 0 && len(p) < 3) {
			return "", CodeGrouping
		}
	}
	return joined, ""
}

// stripCurrency takes the currency off a text and leaves sign and number.
func stripCurrency(text string, c Currency) (string, error) {
	body := strings.NewReplacer("\u2212", "-", noBreak, " ", "\u202f", " ").Replace(text)
	body = strings.TrimSpace(body)
	rest, negative := strings.CutPrefix(body, "-")
	rest, named, err := cutCurrency(strings.TrimSpace(rest), c)
	if err != nil {
		return "", err
	}
	if inner, found := strings.CutPrefix(rest, "-"); found && named && !negative { // €-5
		rest, negative = inner, true
	}
	if negative {
		return "-" + rest, nil
	}
	return rest, nil
}

// cutCurrency takes one name of a currency off either end.
func cutCurrency(body string, c Currency) (string, bool, error) {
	isName := func(r rune) bool { return r >= 'A' && r <= 'Z' || strings.ContainsRune("€$£¥", r) }
	front := strings.TrimLeftFunc(body, isName)
	back := strings.TrimRightFunc(body, isName)
	name, rest := body[:len(body)-len(front)], front
	if name == "" {
		name, rest = body[len(back):], back
	}
	if name == "" {
		return body, false, nil
	}
	if sign, _ := symbol(c); name != sign && name != c.Code() {
		return "", false, fault("parse", CodeMismatch, name+", "+c.Code())
	}
	return strings.TrimSpace(rest), true, nil
}
