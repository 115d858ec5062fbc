package stat

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// worstCondition is from where on a matrix counts as singular: an inverse would
// have fewer than four good digits.
const worstCondition = 1e12

// InverseSymmetric returns the inverse of a symmetric matrix of n rows, given
// row by row. It is not ok where the matrix is not positive definite, or so near
// to it that the inverse would be noise.
func InverseSymmetric(n int, a []float64) ([]float64, bool) {
	var c mat.Cholesky
	if !c.Factorize(mat.NewSymDense(n, a)) || !(c.Cond() < worstCondition) {
		return nil, false
	}
	var inverse mat.SymDense
	if err := c.InverseTo(&inverse); err != nil {
		return nil, false
	}
	return rows(n, &inverse), true
}

// RootSymmetric returns the symmetric square root of a symmetric matrix that has
// no negative eigenvalue, both row by row.
func RootSymmetric(n int, a []float64) ([]float64, bool) {
	var e mat.EigenSym
	if !e.Factorize(mat.NewSymDense(n, a), true) {
		return nil, false
	}
	var v, root mat.Dense
	e.VectorsTo(&v)
	values := e.Values(nil)
	for i, value := range values {
		if value < 0 {
			return nil, false
		}
		values[i] = math.Sqrt(value)
	}
	root.Mul(&v, mat.NewDiagDense(n, values))
	root.Mul(&root, v.T())
	return rows(n, &root), true
}

func rows(n int, m mat.Matrix) []float64 {
	list := make([]float64, 0, n*n)
	for i := range n {
		for j := range n {
			list = append(list, m.At(i, j))
		}
	}
	return list
}
