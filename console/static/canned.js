// A canned answer goes into the field, to be read and changed before it is sent.
document.getElementById("canned")?.addEventListener("change", (event) => {
  const field = document.getElementById("words");
  if (event.target.value) field.value = event.target.value;
  field.focus();
});
