// Sends the response to the application without a click (OAuth 2.0 Form Post Response Mode, §2).
// Without scripts the page's own button does the same.
document.getElementById("form-post").submit();
