package screen

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParagraphsAreBroken(t *testing.T) {
	t.Parallel()
	word := strings.Repeat("w", 39)
	require.Equal(t, word+" "+word+"\n"+word+"\n\n  as it is  x\nand on", Wrapped(word+"\n"+word+" "+word+"\n\n  as it is  x\nand\non\n"))
}
