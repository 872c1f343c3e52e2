// Command server is a program that sends, receives and reads JSON.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
)

func main() {
	response, err := http.Get(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var body map[string]any
	err = json.NewDecoder(response.Body).Decode(&body)
	fmt.Println(body, err, response.Body.Close())
	fmt.Println(http.ListenAndServe("127.0.0.1:0", http.HandlerFunc(receive)))
}

func receive(_ http.ResponseWriter, r *http.Request) {
	var body map[string]any
	err := json.NewDecoder(r.Body).Decode(&body)
	fmt.Println(body, err)
}
