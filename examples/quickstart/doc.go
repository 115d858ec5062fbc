// Command quickstart lives through one ticket in memory, about a late parcel.
package main
