// Package tone reads the tone of comments and finds what they are about.
package tone
