// Package money counts amounts of money exactly.
//
// An [Amount] is a whole number of a currency's minor units (cents for USD,
// yen for JPY, fils for KWD) together with its ISO 4217 code. Nothing in this
// package uses floating point, rounds or converts: an operation gives the exact
// result or an error that matches one of [ErrSyntax], [ErrPrecision],
// [ErrOverflow], [ErrUnknownCurrency] and [ErrCurrencyMismatch].
//
// The number of decimals of a currency is ISO 4217's, because that is what
// payment networks settle in. CLDR, which most formatting libraries follow,
// lists the decimals people write in shops instead: it gives HUF none where
// ISO 4217 gives it two, so mixing the two is wrong by a factor of a hundred.
//
// All values are immutable and safe for concurrent use.
package money
