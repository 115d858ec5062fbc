// Package fold makes words comparable: it parts a text into tokens and folds
// each as German readers do, so that "GRÖSSE", "Größe" and "Groesse" are one
// word. What a token was in the text is kept as offsets, so that a finding can
// be shown where it stands.
//
// To fold is: Unicode NFC, lower case, then ä to ae, ö to oe, ü to ue and ß to
// ss. A token is a maximal run of letters and digits (of all scripts) of the
// folded text. Whatever bytes the text has, the result is well-formed, the
// work is linear in its length, and nothing is kept: all of it is pure.
package fold
