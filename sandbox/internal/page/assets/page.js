// Conveniences only: the page works without any of this.
"use strict";

// A test card fills the form and moves on to what is still missing, most often nothing but the Pay
// button. Its button starts hidden, because it is of no use unless this runs.
for (const button of document.querySelectorAll("button[data-number]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const defaults = button.closest("ul").dataset;
    const { card, expiry, cvc } = button.form.elements;
    card.value = button.dataset.number;
    expiry.value = defaults.expiry;
    cvc.value = defaults.cvc;
    const next = button.form.querySelector("input:invalid") ?? button.form.querySelector(".primary");
    next.focus({ focusVisible: true });
    next.scrollIntoView({ block: "center" });
  });
}

// Where the form would be far below them, the test cards are folded.
const cards = document.querySelector("details.cards");
if (cards) {
  const small = matchMedia("(max-width: 40rem)");
  const fold = () => { cards.open = !small.matches; };
  small.addEventListener("change", fold);
  fold();
}

// Group the digits of a card number that was pasted without, or with dashes.
const card = document.getElementById("card");
card?.addEventListener("change", () => {
  card.value = card.value.replace(/\D/g, "").replace(/\d{4}(?=\d)/g, "$& ");
});

// Set the slash in an expiry date, which a phone's number pad has no key for.
// A browser that fills in the date may give the year in four digits.
const expiry = document.getElementById("expiry");
expiry?.addEventListener("input", (event) => {
  const date = /^(\d\d)\D*(?:20(?=\d\d$))?(\d*)$/.exec(expiry.value);
  const deleting = event.inputType?.startsWith("delete");
  if (date && !deleting) expiry.value = `${date[1]} / ${date[2]}`;
});

// Leave the frame for a page that takes the whole window. A frame that may not navigate the window
// is told so by an exception, or by nothing at all.
const stuck = () => {
  document.getElementById("leaving").hidden = true;
  document.getElementById("stuck").hidden = false;
};
const breakOut = document.getElementById("break-out");
if (breakOut) {
  setTimeout(stuck, 2000);
  try {
    top.location.href = breakOut.href;
  } catch {
    stuck();
  }
}

// Or tell the shop's page around the frame, and nobody else's.
const handBack = document.getElementById("hand-back");
if (handBack) {
  setTimeout(stuck, 2000);
  parent.postMessage(JSON.parse(handBack.dataset.message), new URL(handBack.href).origin);
}

// Count down to the end of the session. The buyer's clock may be off and the
// sandbox's moved, so only the difference that the page states is used.
const countdown = document.querySelector("time[data-seconds-left]");
if (countdown) {
  const end = Date.now() + countdown.dataset.secondsLeft * 1000;
  const secondsLeft = () => Math.max(0, Math.round((end - Date.now()) / 1000));
  const show = () => {
    countdown.textContent = `in ${duration(secondsLeft())}`;
  };
  show();
  const ticking = setInterval(() => {
    show();
    if (secondsLeft() > 0) return;
    clearInterval(ticking);
    // Not reload(): that would post a rejected form once more.
    location.replace(location.pathname + location.search);
  }, 1000);
}

// duration writes 125 seconds as 2:05, and 3725 as 1:02:05.
function duration(seconds) {
  const pad = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const start = hours > 0 ? `${hours}:${pad(minutes)}` : minutes;
  return `${start}:${pad(seconds % 60)}`;
}

// A browser that comes back keeps the page as it was; the session may have ended meanwhile.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.replace(location.pathname + location.search);
});

// A picture that the merchant's server does not give leaves no broken one behind.
for (const picture of document.querySelectorAll("img")) {
  picture.addEventListener("error", () => picture.remove());
  if (picture.complete && picture.naturalWidth === 0) picture.remove();
}
