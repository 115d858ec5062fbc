// Package sheet writes tables that people open in a spreadsheet. What strangers
// typed is in them, so no cell is ever read as a formula: not even where a program
// parts the lines at another character than the comma.
package sheet
