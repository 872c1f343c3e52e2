package main

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"strings"
)

// charted are the contests that the chart shows: those that other SDKs take part in.
var charted = []string{"verify, 300 bytes", "verify and decode, 300 bytes", "create a session, in memory"}

const (
	labels, bars, rowHeight = 260, 420, 20 // pixels
	longest                 = 64           // times the floor; the axis is logarithmic
)

// chart draws the ratios to the floor as bars. Shorter is faster, and one is the floor.
func chart(results []result) []byte {
	var out bytes.Buffer
	y := 24
	for _, name := range charted {
		for _, r := range results {
			if r.name != name || len(r.rows) == 0 {
				continue
			}
			fmt.Fprintf(&out, `<text class="title" x="0" y="%d">%s</text>`+"\n", y, html.EscapeString(r.name+": times the floor"))
			y += 10
			for _, row := range r.rows[1:] {
				drawBar(&out, row, y)
				y += rowHeight
			}
			y += 30
		}
	}
	width := labels + bars + 70
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="Ratios to the floor, on a logarithmic axis; shorter is faster">
<style>
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 }
.ours { fill: #1a7f37 }
.theirs { fill: #8c959f }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .ours { fill: #3fb950 } .theirs { fill: #6e7681 } }
</style>
%s</svg>
`, width, y, width, y, out.String())
}

func drawBar(out *bytes.Buffer, row row, y int) {
	class := "theirs"
	if strings.HasPrefix(row.name, "hostedpay") {
		class = "ours"
	}
	long := math.Log2(max(1, min(row.ratio, longest))) / math.Log2(longest) * bars
	fmt.Fprintf(out, `<text x="%d" y="%d" text-anchor="end">%s</text>`, labels-8, y+14, html.EscapeString(row.name))
	fmt.Fprintf(out, `<rect class="%s" x="%d" y="%d" width="%.0f" height="%d" rx="2"/>`, class, labels, y+3, max(2, long), rowHeight-5)
	fmt.Fprintf(out, `<text x="%.0f" y="%d">%s</text>`+"\n", labels+max(2, long)+6, y+14, row.times())
}
